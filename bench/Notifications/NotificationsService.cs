using ProdReady.Bench.Measuring;

namespace ProdReady.Bench.Notifications;

/// <summary>The service as it is measured: with a messaging service, whose pool Twilio paces itself.</summary>
internal static class NotificationsService
{
    public const string AdminKey = "an-admin-key-of-the-benchmarks-0123456789";

    public const string Number = "+2348031234567";

    /// <summary>Starts it.</summary>
    public static Task<BenchServer> StartAsync(BenchDatabase database, Uri twilio, CancellationToken cancellationToken) =>
        BenchServer.StartServiceAsync(
            "Notifications",
            new Dictionary<string, string?>
            {
                ["ConnectionStrings__prodready"] = database.ConnectionString,
                ["ApiKeys__AdminKey"] = AdminKey,
                ["Twilio__AccountSid"] = "AC" + new string('a', 32),
                ["Twilio__AuthToken"] = "a-token-of-the-benchmarks",
                ["Twilio__MessagingServiceSid"] = "MG" + new string('b', 32),
                ["Twilio__BaseUrl"] = twilio.AbsoluteUri,
                // Else bulk would wait for the morning
                ["QuietHours__Enabled"] = "false",
                ["Verifications__Keys"] = $"k1:{Convert.ToBase64String(new byte[32])}",
            },
            cancellationToken);

    /// <summary>A client with the admin key.</summary>
    public static HttpClient CreateClient(BenchServer service)
    {
        var http = new HttpClient { BaseAddress = service.Url };
        http.DefaultRequestHeaders.Add("X-Api-Key", AdminKey);
        return http;
    }
}
