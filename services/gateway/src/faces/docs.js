"use strict";

window.addEventListener("load", () => {
  window.ui = SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#page",
    deepLinking: true,
    docExpansion: "none",
    filter: true,
    // A token that was pasted stays in the tab and nowhere else.
    persistAuthorization: false,
    validatorUrl: null,
  });
});
