using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ProdReady.Gateway.Root;

/// <summary><c>GET /</c>: what this is, and where to go from here.</summary>
internal static class RootEndpoints
{
    private static readonly RootAnswer Answer = new(
        "ProdReady",
        typeof(RootEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        new Dictionary<string, string>
        {
            ["api"] = "/api",
            ["webhooks"] = "/webhooks/{source}",
            ["notifications"] = "/notifications/sms",
            ["backups"] = "/backups",
            ["apiKeys"] = "/admin/api-keys",
            ["documentation"] = "/docs",
            ["openapi"] = "/openapi/v1.json",
            ["live"] = "/health/live",
            ["ready"] = "/health/ready",
        });

    public static void MapRoot(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/", Get).WithSummary("What this is, and where to go from here");

    private static Ok<RootAnswer> Get() => TypedResults.Ok(Answer);

    internal sealed record RootAnswer(string Name, string Version, IReadOnlyDictionary<string, string> Links);
}
