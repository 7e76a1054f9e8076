using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.Gateway.RateLimiting.Policies;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.Gateway.ApiKeys;

/// <summary>
/// <c>/admin/api-keys</c>: make, list, look at, rotate, revoke. Nobody gains scopes by it: a key makes and changes only keys that have
/// none that it lacks. It may give them a longer life and higher limits than its own.
/// </summary>
internal static class ApiKeyEndpoints
{
    public const string ReadScope = "api-keys:read";
    public const string WriteScope = "api-keys:write";
    private const string Path = "/admin/api-keys";
    private const int DefaultPage = 50;
    private const int LargestPage = 200;

    public static void AddApiKeyAdministration(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<KeyStore>();
        builder.Services.AddSingleton<KeyIssuer>();
    }

    public static void MapApiKeys(this IEndpointRouteBuilder endpoints)
    {
        var keys = endpoints.MapGroup(Path).AnswerWhileDatabaseIsAway(
            "Try again, and look at the list of keys first: a key that was made but not shown can be revoked there.");
        keys.MapGet("", ListAsync).RequireScope(ReadScope).WithSummary("List API keys");
        keys.MapGet("{id}", ShowAsync).RequireScope(ReadScope).WithSummary("Show an API key");
        keys.MapPost("", CreateAsync).RequireScope(WriteScope).WithSummary("Make an API key");
        keys.MapPost("{id}/rotate", RotateAsync).RequireScope(WriteScope).WithSummary("Replace an API key by a new one, with overlap");
        keys.MapPost("{id}/revoke", RevokeAsync).RequireScope(WriteScope).WithSummary("Revoke an API key");
        keys.MapDelete("{id}", RevokeAsync).RequireScope(WriteScope).WithSummary("Revoke an API key");
    }

    private static async Task<Results<Ok<ApiKeyPage>, ProblemHttpResult>> ListAsync(
        string? cursor, string? limit, KeyStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var before = long.MaxValue;
        var size = DefaultPage;
        var errors = new Dictionary<string, string[]>();
        if (cursor is not null && !long.TryParse(cursor, out before))
        {
            errors["cursor"] = ["A cursor is the 'next' of an earlier page."];
        }

        if (limit is not null && (!int.TryParse(limit, out size) || size is < 1 or > LargestPage))
        {
            errors["limit"] = [$"A page has 1 to {LargestPage} keys."];
        }

        if (errors.Count > 0)
        {
            return Invalid(errors);
        }

        // One more than asked for tells whether there are more
        var found = await store.ListAsync(before, size + 1, cancellationToken);
        var now = time.GetUtcNow();
        return TypedResults.Ok(new ApiKeyPage(
            [.. found.Take(size).Select(key => ApiKeyAnswer.Of(key, now))],
            found.Count > size ? $"{found[size - 1].Number}" : null));
    }

    private static async Task<Results<Ok<ApiKeyAnswer>, ProblemHttpResult>> ShowAsync(
        string id, KeyStore store, TimeProvider time, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } key
            ? TypedResults.Ok(ApiKeyAnswer.Of(key, time.GetUtcNow()))
            : NotFound(id);

    private static async Task<Results<Created<ApiKeyAnswer>, ProblemHttpResult>> CreateAsync(
        CreateApiKeyRequest request,
        HttpContext context,
        KeyIssuer issuer,
        RateLimitRulesSource rules,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var errors = request.Validate(now);
        if (request.Plan is { } plan && !rules.Current.HasPlan(plan))
        {
            errors.TryAdd("plan", [NoSuchPlan(plan, [.. rules.Current.Plans.Order()])]);
        }

        if (errors.Count > 0)
        {
            return Invalid(errors);
        }

        if (ApiKeyScopes.Missing(context.User.Scopes(), request.Scopes!) is { Count: > 0 } missing)
        {
            return ApiKeyProblems.InsufficientScope(context, missing);
        }

        return Show(context, await issuer.CreateAsync(request, context.User.KeyId(), cancellationToken), now);
    }

    private static async Task<Results<Created<ApiKeyAnswer>, ProblemHttpResult>> RotateAsync(
        string id,
        RotateApiKeyRequest? request,
        HttpContext context,
        KeyStore store,
        KeyIssuer issuer,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        request ??= new();
        if (request.Validate(now) is { Count: > 0 } errors)
        {
            return Invalid(errors);
        }

        if (await RefuseAsync(id, context, store, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        return await issuer.RotateAsync(id, request, context.User.KeyId(), cancellationToken) is { } rotated
            ? Show(context, rotated, now)
            : TypedResults.Problem(
                $"The key {id} was revoked, has expired, or was rotated before; GET {Path}/{id} shows it. Make a new one.",
                statusCode: StatusCodes.Status409Conflict,
                title: "The key cannot be rotated");
    }

    private static async Task<Results<Ok<ApiKeyAnswer>, ProblemHttpResult>> RevokeAsync(
        string id, HttpContext context, KeyStore store, KeyIssuer issuer, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await RefuseAsync(id, context, store, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        return await issuer.RevokeAsync(id, context.User.KeyId(), cancellationToken) is { } revoked
            ? TypedResults.Ok(ApiKeyAnswer.Of(revoked, time.GetUtcNow()))
            : NotFound(id);
    }

    /// <summary>Whether the caller may not touch a key: there is none, or it can do more than the caller's.</summary>
    private static async Task<ProblemHttpResult?> RefuseAsync(
        string id, HttpContext context, KeyStore store, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } key)
        {
            return NotFound(id);
        }

        return ApiKeyScopes.Missing(context.User.Scopes(), key.Scopes) is { Count: > 0 } missing
            ? ApiKeyProblems.InsufficientScope(context, missing)
            : null;
    }

    private static Created<ApiKeyAnswer> Show(HttpContext context, IssuedKey issued, DateTimeOffset now)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"{Path}/{issued.Stored.Id}", ApiKeyAnswer.Of(issued.Stored, now, issued.Text));
    }

    private static ProblemHttpResult NotFound(string id) => TypedResults.Problem(
        $"There is no API key '{id}'. GET {Path} lists them.",
        statusCode: StatusCodes.Status404NotFound,
        title: "No such API key");

    private static string NoSuchPlan(string plan, IReadOnlyList<string> known) => known.Count > 0
        ? $"There is no plan '{plan}' in RateLimiting:Plans. There are: {string.Join(", ", known)}"
        : $"There is no plan '{plan}': no plan is configured. Set RateLimiting:Plans:{plan}:Limit and RateLimiting:Plans:{plan}:Window, "
            + "or create the key without a plan.";

    private static ProblemHttpResult Invalid(Dictionary<string, string[]> errors) => TypedResults.Problem(
        new HttpValidationProblemDetails(errors)
        {
            Title = "The request cannot be carried out as it is",
            Detail = "See errors for each field.",
            Status = StatusCodes.Status422UnprocessableEntity,
        });
}
