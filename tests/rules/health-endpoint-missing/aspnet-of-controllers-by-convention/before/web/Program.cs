var builder = WebApplication.CreateBuilder(args);

builder.Services.AddControllers();
builder.Services.AddHealthChecks();

var app = builder.Build();

app.UseHttpsRedirection();
app.MapControllerRoute("default", "{controller=Home}/{action=Index}/{id?}");
app.Run();
