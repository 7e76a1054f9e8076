using System.Net;
using System.Text.Json;
using ProdReady.Gateway.ApiKeys;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.ApiKeys;

/// <summary>Bodies that are not what <c>/admin/api-keys</c> takes.</summary>
public sealed class ApiKeyBodyTests(DataStores stores) : ApiKeyTest(stores)
{
    [Theory]
    [InlineData("", "{}", "name: A name is required. scopes: 1 to 32 scopes are required.")]
    [InlineData("", """{"name":"n"}""", "scopes: 1 to 32 scopes are required.")]
    [InlineData("", """{"name":7,"scopes":["a"]}""", "name: The value is not of the type that is taken here.")]
    [InlineData("", """{"name":"n","scopes":["a",{}]}""", "scopes[1]: The value is not of the type that is taken here.")]
    [InlineData(
        "", """{"name":"n","scopes":["a"],"limit":{"windowSeconds":"60s"}}""", "limit.windowSeconds: The value is not of the type that is taken here.")]
    [InlineData("", """{"name":"n","expiresAt":"tomorrow"}""", "expiresAt: The value is not of the type that is taken here.")]
    [InlineData("", """{"name":"n" """, "$: The JSON is malformed here.")]
    [InlineData("", "[]", "$: The value is not of the type that is taken here.")]
    [InlineData("/0123456789ab/rotate", """{"oldKeyValidUntil":1}""", "oldKeyValidUntil: The value is not of the type that is taken here.")]
    public async Task What_cannot_be_read_is_400_and_named(string path, string body, string expected)
    {
        using var response = await Gateway.SendAsync(
            Request(HttpMethod.Post, Keys + path, AdminKey, new StringContent(body, null, "application/json")));

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal(expected, Errors(problem));
        Assert.Equal(Keys + path, problem.GetProperty("instance").GetString());
    }

    [Fact]
    public void Every_annotated_body_is_validated() =>
        BodyValidation.AssertComplete(Gateway.Services, typeof(KeyIssuer).Assembly);

    private static string Errors(JsonElement problem) => string.Join(' ', problem.GetProperty("errors").EnumerateObject()
        .OrderBy(error => error.Name, StringComparer.Ordinal)
        .Select(error => $"{error.Name}: {error.Value[0].GetString()}"));
}
