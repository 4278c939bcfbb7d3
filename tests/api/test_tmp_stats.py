from tests.api.test_schemathesis import *
@pytest.mark.django_db
def test_stats(monkeypatch, time_machine):
    time_machine.move_to(cast.AT)
    token = make_populated_site()
    monkeypatch.setattr(Throttle, "wait", lambda *_, **__: 0)
    with serving() as address:
        headers = {"Authorization": f"Bearer {token}"}
        schema = schemathesis.openapi.from_url(f"{address}/openapi.json", config=configuration(token), headers=headers)
        answers, found = run(schema)
    for k,v in sorted(answers.items()):
        ok = sum(n for s,n in v.items() if s<300)
        if not ok: print("NO2xx" if not ok else "     ", k, dict(sorted(v.items())))
    print(sum(sum(v.values()) for v in answers.values()))
    print("\n\n".join(found))
