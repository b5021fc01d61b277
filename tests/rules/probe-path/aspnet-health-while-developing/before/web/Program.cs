var builder = WebApplication.CreateBuilder(args);

builder.Services.AddControllers();
builder.Services.AddHealthChecks();

var app = builder.Build();

app.UseHttpsRedirection();
app.MapHealthChecks("/health");
if (app.Environment.IsDevelopment())
{
    app.MapHealthChecks("/healthz");
}
app.Run();
