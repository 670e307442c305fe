window.ui = SwaggerUIBundle({
  url: "/api/docs/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  persistAuthorization: false, // what was signed in with leaves with the page
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
