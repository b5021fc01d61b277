var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
app.MapGet("/orders", () => Array.Empty<string>());
app.Run();
