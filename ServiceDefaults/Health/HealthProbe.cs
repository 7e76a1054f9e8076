using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace ProdReady.ServiceDefaults.Health;

/// <summary>
/// The verb <c>health</c> of every service's program: asks the service that runs beside it, in the same container, whether it is ready. The
/// images have neither a shell nor curl that could ask. It starts no service and reads no setting but the address.
/// </summary>
public static class HealthProbe
{
    private const string Verb = "health";

    /// <summary>Shorter than the 5 s that container engines' checks commonly have, so that the line says what was waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>A health answer is some 20 bytes.</summary>
    private const int MaxAnswerBytes = 4096;

    /// <summary>Whether these arguments ask for it.</summary>
    public static bool IsFor(IReadOnlyList<string> args) => args is [Verb, ..];

    /// <summary>Asks <c>/health/ready</c> and prints one line.</summary>
    /// <param name="args">
    /// <c>health</c>, then the service's address where it is not the one that <c>ASPNETCORE_URLS</c> or <c>ASPNETCORE_HTTP_PORTS</c> say.
    /// </param>
    /// <returns>The exit code: 0 if the service is ready, else 1.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        // As the host reads them: the latter win
        var settings = new ConfigurationBuilder().AddEnvironmentVariables("DOTNET_").AddEnvironmentVariables("ASPNETCORE_").Build();
        var address = args.ElementAtOrDefault(1) ?? Address(settings["URLS"], settings["HTTP_PORTS"]);
        var (isReady, answer) = await AskAsync(address);
        Console.WriteLine($"{ReadyUrl(address)}: {answer}");
        return isReady ? 0 : 1;
    }

    /// <summary>Asks the service at an address, for 4 s at most.</summary>
    /// <param name="address">Its base address.</param>
    /// <returns>Whether it is ready, and its answer in words: <c>200 Healthy</c>, <c>no answer within 4 s</c>.</returns>
    public static async Task<(bool IsReady, string Answer)> AskAsync(string address)
    {
        // Never through a proxy that the environment names for the world outside
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        {
            Timeout = Patience,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        try
        {
            using var response = await client.GetAsync(new Uri(ReadyUrl(address)));
            var status = StatusOf(await response.Content.ReadAsStringAsync());
            return (response.IsSuccessStatusCode && status is not null, $"{(int)response.StatusCode} {status ?? "without a health answer"}");
        }
        catch (OperationCanceledException)
        {
            return (false, $"no answer within {Patience.TotalSeconds} s");
        }
        catch (Exception exception) when (exception is HttpRequestException or UriFormatException or NotSupportedException)
        {
            return (false, $"no answer: {exception.Message}");
        }
    }

    /// <summary>Where a service with these settings can be reached from its own container.</summary>
    internal static string Address(string? urls, string? ports)
    {
        var separators = new[] { ';', ',' };
        var port = ports?.Split(separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "5000";
        var addresses = urls?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        // Without TLS if there is a choice: a certificate is for the outside's name
        if ((addresses.FirstOrDefault(url => url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)) ?? addresses.FirstOrDefault())
            is not { } first)
        {
            return $"http://127.0.0.1:{port}";
        }

        var address = BindingAddress.Parse(first);
        var isAny = !IPAddress.TryParse(address.Host, out var ip)
            ? address.Host is "*" or "+"
            : ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any);
        return $"{address.Scheme}://{(isAny ? "127.0.0.1" : address.Host)}:{address.Port}";
    }

    private static string ReadyUrl(string address) => $"{address.TrimEnd('/')}/health/ready";

    private static string? StatusOf(string body)
    {
        try
        {
            return JsonSerializer.Deserialize<HealthAnswer>(body, JsonSerializerOptions.Web)?.Status;
        }
        catch (JsonException)
        {
            // Whoever that is, it is no service of ours
            return null;
        }
    }
}
