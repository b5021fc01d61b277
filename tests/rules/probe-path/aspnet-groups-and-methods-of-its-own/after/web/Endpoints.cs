using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Orders;

public static class Endpoints
{
    public static RouteGroupBuilder MapStatus(this RouteGroupBuilder group)
    {
        group.MapGet("status", () => "ok").WithName("status");
        return group;
    }
}
