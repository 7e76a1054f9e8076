using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.Webhooks.Audit;

internal static class AuditEndpoints
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;

    public static IEndpointRouteBuilder MapAudit(this IEndpointRouteBuilder webhooks)
    {
        webhooks.MapGet("/audit", ListAsync)
            .RequireScope("webhooks:admin")
            .AnswerWhileDatabaseIsAway("Ask again: that is safe.")
            .WithSummary("Who did what by hand, and why, newest first");
        return webhooks;
    }

    private static async Task<Ok<IReadOnlyList<AuditAnswer>>> ListAsync(
        AuditLog audit, CancellationToken cancellationToken, long? before = null, int limit = DefaultLimit) =>
        TypedResults.Ok(await audit.ListAsync(before, Math.Clamp(limit, 1, MaxLimit), cancellationToken));
}
