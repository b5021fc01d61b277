var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls("http://0.0.0.0:5200");
var app = builder.Build();

app.MapGet("/", () => "desk");
app.Run();
