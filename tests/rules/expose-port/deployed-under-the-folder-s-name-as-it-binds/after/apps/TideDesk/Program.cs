var app = WebApplication.CreateBuilder(args).Build();
app.MapGet("/", () => "tide");
app.Run();
