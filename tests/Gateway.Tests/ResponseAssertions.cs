using System.Net;
using System.Text.Json;

namespace ProdReady.Gateway.Tests;

/// <summary>What a response holds.</summary>
internal static class ResponseAssertions
{
    /// <summary>The one value of a header; <see langword="null"/> where there is no such header.</summary>
    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? Assert.Single(values) : null;

    /// <summary>The body as JSON of a type.</summary>
    public static async Task<T> JsonAsync<T>(this HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<T>(TestContext.Current.CancellationToken))!;

    /// <summary>The body as a problem with the status of the response, and what support needs to find it.</summary>
    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, HttpStatusCode status)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.JsonAsync<JsonElement>();
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.Equal(response.Header("X-Correlation-ID"), problem.GetProperty("correlationId").GetString());
        Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("traceId").GetString()!);
        return problem;
    }
}
