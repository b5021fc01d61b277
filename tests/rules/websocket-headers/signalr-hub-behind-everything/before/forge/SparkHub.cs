namespace Forge;

public class SparkHub : Microsoft.AspNetCore.SignalR.Hub { }
