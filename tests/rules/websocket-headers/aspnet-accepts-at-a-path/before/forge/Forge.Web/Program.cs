var app = WebApplication.Create(args);
app.UseWebSockets();
app.MapGet("/anvils", () => new[] { "one" });
app.Map("/heat", async (HttpContext context) =>
{
    if (!context.WebSockets.IsWebSocketRequest)
    {
        context.Response.StatusCode = 400;
        return;
    }
    using var socket = await context.WebSockets.AcceptWebSocketAsync();
});
app.Run();
