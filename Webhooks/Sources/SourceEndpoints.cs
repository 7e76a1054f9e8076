using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.Webhooks.Sources;

/// <summary>How an operator sees whether sources are alive, and whether an old secret can go.</summary>
internal static class SourceEndpoints
{
    public static IEndpointRouteBuilder MapSources(this IEndpointRouteBuilder webhooks)
    {
        webhooks.MapGet("/sources", ListAsync)
            .RequireScope("webhooks:read")
            .AnswerWhileDatabaseIsAway("Ask again: that is safe.")
            .WithSummary("The sources with their last event, last failure, and the last use of each secret");
        return webhooks;
    }

    private static async Task<Ok<IReadOnlyList<SourceAnswer>>> ListAsync(
        IOptions<WebhooksOptions> options, SourceUseStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var uses = (await store.ListAsync(cancellationToken)).ToDictionary(use => (use.Source, use.SecretId));
        return TypedResults.Ok<IReadOnlyList<SourceAnswer>>(
        [
            .. options.Value.Sources.OrderBy(source => source.Key, StringComparer.OrdinalIgnoreCase).Select(pair =>
            {
                var (name, source) = (pair.Key.ToLowerInvariant(), pair.Value);
                var own = uses.GetValueOrDefault((name, ""));
                return new SourceAnswer(
                    name,
                    (source.Provider ?? name).ToLowerInvariant(),
                    source.Enabled,
                    own?.LastAt,
                    own?.FailedAt,
                    own?.Failure,
                    [
                        // Of a source that is off, nobody has looked whether they are complete
                        .. source.AllSecrets.Where(secret => secret?.Id is not null).Select(secret => new SecretAnswer(
                            secret.Id!, secret.ExpiresAt, secret.ExpiresAt <= now, uses.GetValueOrDefault((name, secret.Id!))?.LastAt)),
                    ]);
            }),
        ]);
    }
}

/// <summary>A source.</summary>
/// <param name="Name">Its name: events come to <c>/webhooks/{name}</c>.</param>
/// <param name="Provider">Whose scheme it uses.</param>
/// <param name="Enabled">Whether it takes anything.</param>
/// <param name="LastEventAt">When the last event was committed.</param>
/// <param name="LastFailureAt">When a request was last refused.</param>
/// <param name="LastFailure">Why.</param>
/// <param name="Secrets">Its secrets, without what they are.</param>
internal sealed record SourceAnswer(
    string Name,
    string Provider,
    bool Enabled,
    DateTimeOffset? LastEventAt,
    DateTimeOffset? LastFailureAt,
    string? LastFailure,
    IReadOnlyList<SecretAnswer> Secrets);

/// <summary>A secret of a source.</summary>
/// <param name="Id">Its id in the settings.</param>
/// <param name="ExpiresAt">When it no longer counts.</param>
/// <param name="Expired">Whether that is over.</param>
/// <param name="LastUsedAt">When a request was last signed with it.</param>
internal sealed record SecretAnswer(string Id, DateTimeOffset? ExpiresAt, bool Expired, DateTimeOffset? LastUsedAt);
