"""A session: one page along Draft → Scheduled → Attendance → Evidence → Finalized.

`context.session_context(request, visit, session_id) -> dict` puts together everything the page shows; its docstring
names the values. From the first slot's start on (phases `running` and `completed`) the page includes
`session/_attendance.html`, `session/_evidence.html` and `session/_finalize.html`, as far as they are there, with that
context and what `execution.execution_values(visit, session)` adds to it.

The page is one element, `#session-page` (`session/_page.html`); whoever changes a session answers htmx with that whole
(`views.whole`), or with a part of it and the event `titan:people` when the class list changed.
"""

from titan.web.pages.session import steps, views
from titan.web.pages.session.context import session_context

urlpatterns = [*views.urlpatterns, *steps.urlpatterns]

__all__ = ["session_context", "urlpatterns"]
