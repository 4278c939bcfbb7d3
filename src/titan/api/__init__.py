"""The REST API (`/api/v1`): thin endpoints over the same commands and queries that the pages use.

One module per noun. A module defines `router` with full paths and is mounted because it does:

    router = Router(tags=["courses"])

    class NewCourse(Body):  # what clients send: strict types, unknown fields refused (422)
        code: Code
        title: Titles
        prerequisite_ids: list[Id] = Field(default=[], max_length=200)

    class CourseShape(Shape):  # what clients get, read from the attributes of a query's dataclass
        id: int
        title: LocalText  # a mapping by language becomes text in the caller's language
        published_on: date | None

    class CourseFilters(PageFilters):  # has limit and cursor; `from` is `from_` with Field(alias="from")
        search: SearchText | None = None

    @router.get("/courses", response=Listed[CourseShape])
    def list_courses(request: HttpRequest, filters: Query[CourseFilters]) -> Any:
        me = caller(request)
        return queries.list_courses(filters.search, filters.limit, filters.cursor, by=me.actor)

    @router.post("/courses", response={201: CourseShape})
    @refuses_first(need_admin)
    def create_course(request: HttpRequest, payload: NewCourse) -> Any:
        me = caller(request)

        def work() -> Any:
            made = commands.create_course(..., by=me.actor, at=me.at)
            return queries.one_course(made)

        return once(request, 201, work)

    @router.delete("/courses/{course_id}", response={204: None})
    def delete_course(request: HttpRequest, course_id: Id) -> Any:
        commands.delete_course(course_id, by=caller(request).actor, at=caller(request).at)
        return Status(204, None)

- `caller(request)` (caller.py) is who asks: `actor` (pass as `by=`), `at` (pass as `at=`; one moment per
  request), `site` (settings with `.zone` and `.today(at)`), `language`, `user_id`. Everything is behind
  sign-in already, and the site is swept to today.
- Every POST answers through `once(request, status, work)` (idempotency.py): with an `Idempotency-Key` it runs
  `work` in one transaction with the remembered answer. Slow work on files comes before it, so that no lock is held
  meanwhile: `prepared_once(request, status, prepare, work)`. PUT, PATCH and DELETE call the command and return.
- Refusals (core/errors.py) are simply raised, by commands or by endpoints; so is NotFound. Never build an error.
- `@refuses_first(check)` (order.py), below the route: 403 and 404 come before 422, but values are judged before a
  command runs. `check(by, **path_ids)` raises Forbidden or NotFound and is asked only of refused requests, 403 too:
  `need_admin`, `lambda by, session_id: queries.one_session(session_id, by=by)`; several are asked in turn.
- Types of fields (fields.py): Id, Day, Moment, TimeOfDay, Flag, Code (40), Line (100), Name (200), Text (4000),
  Reason (1–1000), Email, SearchText, Titles; QueryFlag in filters. Numbers: `Annotated[int, Field(ge=0, le=600)]`.
  Enums in bodies: `Annotated[Kind, Lax]`. A path id that can be no id is 404.
- PATCH bodies: `payload.changes()` holds only what was sent. A field that may be left out but not be null is
  `name: Name = UNSET`; one that may be null is `email: Email | None = None`.
- Multipart (uploads.py): `file: File[list[UploadedFile]]`, and `data: Form[JsonText]` for `read_json(data, Model)`;
  files are capped at 25 MB while they arrive. To send bytes, return a FileResponse and declare its content with
  `openapi_extra={"responses": {200: {"content": {"application/pdf": {}}}}}`.
- Short shapes (WorkerShort, CompanyShort, CourseShort, TrainerShort, VenueShort, UserShort) are in shapes.py. Names
  of models are unique in the whole API, and so are names of endpoint functions (they are the operation ids).
- Further documented answers: `openapi_extra={"responses": {409: {"description": "…"}}}`; openapi.py adds 400, 401,
  403, 404, 409, 413, 415, 422 and 429 where they can happen.
"""
