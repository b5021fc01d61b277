using Orders;

var builder = WebApplication.CreateBuilder(args);

builder.Services.AddControllers();
builder.Services.AddHealthChecks();

var app = builder.Build();

app.UseHttpsRedirection();
var api = app.MapGroup("/api/v1").WithTags("api");
api.MapPost("/orders", () => Results.Created());
api.MapStatus();
app.Run();
