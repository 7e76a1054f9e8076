using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.Gateway.ApiKeys;
using ProdReady.Gateway.Clients;
using ProdReady.Gateway.RateLimiting.Deciding;
using ProdReady.Gateway.RateLimiting.Policies;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Postgres;
using StackExchange.Redis;

namespace ProdReady.Gateway.RateLimiting.Http;

/// <summary><c>/admin/rate-limits</c> for operators, and <c>/usage</c> for callers.</summary>
internal static class RateLimitEndpoints
{
    public const string ReadScope = "rate-limits:read";
    public const string WriteScope = "rate-limits:write";

    /// <summary>The policy of <c>/usage</c> itself.</summary>
    private const string UsagePolicy = "usage";

    private const string WhileDatabaseIsAway = "Try again: an API key's own limit is known to the database only.";

    public static void MapRateLimits(this IEndpointRouteBuilder endpoints)
    {
        var limits = endpoints.MapGroup("/admin/rate-limits").AnswerWhileDatabaseIsAway(WhileDatabaseIsAway);
        limits.MapGet("{policy}/{**partition}", ShowAsync).RequireScope(ReadScope).WithSummary("Show what a partition has used");
        limits.MapDelete("{policy}/{**partition}", ResetAsync).RequireScope(WriteScope).WithSummary("Reset a partition");
        endpoints.MapGroup("/admin/api-keys").AnswerWhileDatabaseIsAway(WhileDatabaseIsAway)
            .MapGet("{id}/usage", ShowKeyAsync).RequireScope(ApiKeyEndpoints.ReadScope).WithSummary("Show what an API key has used");
        endpoints.MapGet("/usage", ShowCallerAsync).RequireRateLimiting(UsagePolicy).WithSummary("The caller's own limits, and what is left");
    }

    private static async Task<Results<Ok<LimitAnswer>, ProblemHttpResult>> ShowAsync(
        string policy, string partition, RateLimitRulesSource rules, LimitInspector inspector, KeyStore keys, CancellationToken cancellationToken)
    {
        if (rules.Current.Find(policy) is not { } found)
        {
            return NoPolicy(policy, rules.Current);
        }

        var quota = found.Partitioner.IsApiKeyAlone && await keys.FindAsync(partition, cancellationToken) is { } key
            ? rules.Current.QuotaOf(found, key.Plan, key.Limit)
            : found.Quota;
        return await inspector.LookAsync([(found, quota, partition)]) is [var answer]
            ? TypedResults.Ok(LimitAnswer.Of(found, quota, partition, answer))
            : Away();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ResetAsync(
        string policy, string partition, RateLimitRulesSource rules, LimitInspector inspector)
    {
        if (rules.Current.Find(policy) is not { } found)
        {
            return NoPolicy(policy, rules.Current);
        }

        try
        {
            await inspector.ResetAsync(found, partition);
            return TypedResults.NoContent();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return Away();
        }
    }

    private static async Task<Results<Ok<UsageAnswer>, ProblemHttpResult>> ShowKeyAsync(
        string id, RateLimitRulesSource rules, LimitInspector inspector, KeyStore keys, CancellationToken cancellationToken)
    {
        if (await keys.FindAsync(id, cancellationToken) is not { } key)
        {
            return TypedResults.Problem(
                $"There is no API key '{id}'.", statusCode: StatusCodes.Status404NotFound, title: "No such API key");
        }

        return await LookAsync(
            inspector,
            [
                .. rules.Current.Policies.Where(policy => policy.Partitioner.IsApiKeyAlone)
                    .Select(policy => (policy, rules.Current.QuotaOf(policy, key.Plan, key.Limit), id)),
            ]);
    }

    private static async Task<Results<Ok<UsageAnswer>, ProblemHttpResult>> ShowCallerAsync(
        HttpContext context, RateLimitRulesSource rules, LimitInspector inspector, ApiKeyVerifier verifier, ClientAddressSource addresses)
    {
        var key = verifier.Identify(context.Request);
        return await LookAsync(
            inspector,
            [
                .. from policy in rules.Current.Policies
                   where policy.Partitioner.IsCallers
                   let partition = policy.Partitioner.Of(context, key, addresses.Current)
                   where partition is not null
                   orderby policy.Name
                   select (policy, rules.Current.QuotaOf(policy, key), partition),
            ]);
    }

    private static async Task<Results<Ok<UsageAnswer>, ProblemHttpResult>> LookAsync(
        LimitInspector inspector, IReadOnlyList<(RateLimitPolicy Policy, Quota Quota, string Partition)> asked) =>
        await inspector.LookAsync(asked) is { } answers
            ? TypedResults.Ok(new UsageAnswer(
                [.. asked.Zip(answers, (use, answer) => LimitAnswer.Of(use.Policy, use.Quota, use.Partition, answer))]))
            : Away();

    private static ProblemHttpResult NoPolicy(string policy, RateLimitRules rules) => TypedResults.Problem(
        $"There is no policy '{policy}'. There are: {string.Join(", ", rules.Policies.Select(known => known.Name).Order())}.",
        statusCode: StatusCodes.Status404NotFound,
        title: "No such policy");

    private static ProblemHttpResult Away() => TypedResults.Problem(
        "The counts are in Redis, which does not answer at the moment. Try again soon.",
        statusCode: StatusCodes.Status503ServiceUnavailable,
        title: "The counts cannot be read");
}
