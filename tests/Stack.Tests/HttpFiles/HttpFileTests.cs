using System.Text.Json;
using System.Text.RegularExpressions;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests.HttpFiles;

/// <summary>Every request of the .http files answers what its comment says.</summary>
public sealed class HttpFileTests(HttpFilesFixture fixture) : IClassFixture<HttpFilesFixture>
{
    private const string AdminKey = "ADMIN-KEY-OF-STACK-JSON";
    private const string GitlabSecret = "THE-SECRET-OF-THE-GITLAB-SOURCE";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(Path.Combine(Checkout.Directory, "http"), "*.http").Select(path => Path.GetFileName(path)).Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_request_answers_what_its_comment_says(string name)
    {
        var file = HttpFile.Read(name);
        // Whoever pasted a key must not commit it
        Assert.Equal(AdminKey, file.Variables["adminKey"]);
        Assert.Equal(GitlabSecret, file.Variables.GetValueOrDefault("gitlabSecret", GitlabSecret));
        file.Variables["host"] = fixture.Stack.Gateway.Url;
        file.Variables["adminKey"] = fixture.Stack.AdminKey;
        file.Variables["gitlabSecret"] = fixture.GitlabSecret;

        using var client = new HttpClient();
        foreach (var request in file.Requests)
        {
            var answer = await SendAsync(client, file, request);
            Assert.True(
                answer.Status == request.Status, $"{name}, '{request.Title}': {request.Method} {request.Url} answered {answer.Status}, not {request.Status}: {answer.Body}");
            foreach (var (path, variable) in request.Copies)
            {
                Assert.True(file.Variables.ContainsKey(variable), $"{name}, '{request.Title}': there is no @{variable} to copy into.");
                file.Variables[variable] = Find(answer.Body, path);
            }
        }
    }

    private static async Task<Answer> SendAsync(HttpClient client, HttpFile file, HttpFileRequest request)
    {
        return request.IsAskedAgain ? await Eventually.ReadAsync(SendOnceAsync, IsThere) : await SendOnceAsync();

        async Task<Answer> SendOnceAsync()
        {
            using var message = file.Fill(request);
            using var response = await client.SendAsync(message, Cancellation);
            return new((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
        }

        bool IsThere(Answer answer) =>
            answer.Status == request.Status && request.Copies.All(copy => TryFind(answer.Body, copy.Path, out _));
    }

    private static string Find(string body, string path) =>
        TryFind(body, path, out var value) ? value : throw new FormatException($"The answer has no {path}: {body}");

    /// <summary>Follows a path such as <c>backups[0].id</c>.</summary>
    private static bool TryFind(string body, string path, out string value)
    {
        using var document = JsonDocument.Parse(body);
        JsonElement? element = document.RootElement;
        foreach (var step in Regex.Split(path, @"\.|(?=\[)"))
        {
            element = element switch
            {
                { ValueKind: JsonValueKind.Array } array when int.TryParse(step.Trim('[', ']'), out var index) && index < array.GetArrayLength() => array[index],
                { ValueKind: JsonValueKind.Object } group when group.TryGetProperty(step, out var property) => property,
                _ => null,
            };
        }

        value = element?.ToString() ?? "";
        return value.Length > 0;
    }

    private sealed record Answer(int Status, string Body);
}
