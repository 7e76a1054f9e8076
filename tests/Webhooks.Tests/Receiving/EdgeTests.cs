using System.Net;
using System.Net.Sockets;
using System.Text;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Receiving;

/// <summary>What is answered before a signature is looked at.</summary>
public sealed class EdgeTests(DataStores stores) : WebhooksTest(
    stores, ("Webhooks:Sources:github:Secret", "secret"), ("Webhooks:Sources:github:Enabled", "false"))
{
    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Other_methods_are_405_and_POST_is_named(string method)
    {
        var response = await App.Client.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), "/webhooks/stripe"), TestContext.Current.CancellationToken);
        await ProblemAsync(response, HttpStatusCode.MethodNotAllowed);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Unknown_and_disabled_sources_answer_the_same_to_every_method()
    {
        var answers = new HashSet<string>();
        foreach (var source in new[] { "github", "nobody", "GitHub", new string('x', 300) })
        {
            foreach (var method in new[] { "POST", "GET", "PUT" })
            {
                var response = await App.Client.SendAsync(
                    new HttpRequestMessage(new HttpMethod(method), $"/webhooks/{source}"), TestContext.Current.CancellationToken);
                var problem = await ProblemAsync(response, HttpStatusCode.NotFound);
                answers.Add(string.Join('\n', problem.EnumerateObject()
                    .Where(property => property.Name is not ("traceId" or "correlationId" or "requestId" or "instance"))
                    .Select(property => property.ToString())));
            }
        }

        Assert.Single(answers);
    }

    [Fact]
    public async Task Request_that_tells_no_length_is_411()
    {
        using var client = new TcpClient();
        var address = App.Client.BaseAddress!;
        await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"POST /webhooks/stripe HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        Assert.StartsWith(
            "HTTP/1.1 411 ", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Body_that_cannot_be_the_providers_is_415(string type) =>
        await ProblemAsync(await SendAsync(type, null), HttpStatusCode.UnsupportedMediaType);

    [Theory]
    [InlineData("gzip")]
    [InlineData("identity, br")]
    public async Task Compressed_body_is_415(string encoding) =>
        await ProblemAsync(await SendAsync("application/json", encoding), HttpStatusCode.UnsupportedMediaType);

    [Theory]
    [InlineData(null, null)]
    [InlineData("text/plain", null)]
    [InlineData("application/problem+json; charset=utf-8", "identity")]
    [InlineData("nonsense", null)]
    public async Task Odd_content_type_is_left_to_the_signature(string? type, string? encoding)
    {
        var problem = await ProblemAsync(await SendAsync(type, encoding), HttpStatusCode.Unauthorized);
        Assert.Equal("missing", problem.GetProperty("reason").GetString());
    }

    private Task<HttpResponseMessage> SendAsync(string? type, string? encoding)
    {
        var content = new ByteArrayContent("{}"u8.ToArray());
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        if (encoding is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        }

        return App.Client.PostAsync("/webhooks/stripe", content, TestContext.Current.CancellationToken);
    }
}
