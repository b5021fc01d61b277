var app = WebApplication.Create(args);
app.UseWebSockets();
app.Map("/cold", async context => await context.WebSockets.AcceptWebSocketAsync());
app.Run();
