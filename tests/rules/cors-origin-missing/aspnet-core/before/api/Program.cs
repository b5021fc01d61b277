var builder = WebApplication.CreateBuilder(args);
builder.Services.AddCors(options => options.AddDefaultPolicy(policy =>
    policy.WithOrigins(
            "http://localhost:3000",
            "http://localhost:5173")
        .AllowAnyHeader()));
var app = builder.Build();
app.UseCors();
app.MapGet("/notes", () => "");
app.Run();
