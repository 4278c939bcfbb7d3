// Shows the API's document, and signs what is tried from here with the page's session.
const { document: url, csrfToken } = document.body.dataset;

SwaggerUIBundle({
  url,
  dom_id: "#docs",
  deepLinking: true,
  requestInterceptor: (request) => {
    request.headers["X-CSRFToken"] = csrfToken;
    return request;
  },
});
