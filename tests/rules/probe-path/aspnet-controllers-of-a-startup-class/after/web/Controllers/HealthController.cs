using Microsoft.AspNetCore.Mvc;

namespace Orders.Controllers;

[ApiController]
[Route("api/[controller]")]
public class HealthController : ControllerBase
{
    [HttpGet("ready")]
    [ProducesResponseType(StatusCodes.Status200OK)]
    public async Task<IActionResult> ReadyAsync(CancellationToken token)
    {
        await Task.Yield();
        return Ok();
    }
}
