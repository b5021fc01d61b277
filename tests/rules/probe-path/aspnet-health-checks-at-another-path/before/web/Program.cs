var builder = WebApplication.CreateBuilder(args);

builder.Services.AddControllers();
builder.Services.AddHealthChecks();

var app = builder.Build();

app.UseHttpsRedirection();
app.MapHealthChecks("/health");
app.MapGet("/orders/{id:int}", (int id) => id);
app.Run();
