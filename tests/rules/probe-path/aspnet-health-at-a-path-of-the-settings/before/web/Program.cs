var builder = WebApplication.CreateBuilder(args);

builder.Services.AddControllers();
builder.Services.AddHealthChecks();

var app = builder.Build();

app.UseHttpsRedirection();
app.MapGet("/status", () => "ok");
app.MapHealthChecks(builder.Configuration["Health:Path"]!);
app.Run();
