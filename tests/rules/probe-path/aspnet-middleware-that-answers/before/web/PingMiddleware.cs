public class PingMiddleware(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path == "/ping")
        {
            await context.Response.WriteAsync("pong");
            return;
        }
        await next(context);
    }
}
