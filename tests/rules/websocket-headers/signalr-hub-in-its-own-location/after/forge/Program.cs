var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSignalR();
var app = builder.Build();
app.MapControllers();
app.MapHub<Forge.SparkHub>("/hubs/sparks");
app.Run();
