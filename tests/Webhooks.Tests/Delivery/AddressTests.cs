using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;
using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Delivery.Sending;

namespace ProdReady.Webhooks.Tests.Delivery;

/// <summary>Which addresses are connected to, and which are not, whatever a name says.</summary>
public sealed class AddressTests
{
    public static TheoryData<string, string> Classes => new()
    {
        { "8.8.8.8", "Public" }, { "1.1.1.1", "Public" }, { "172.15.255.255", "Public" }, { "172.32.0.0", "Public" },
        { "100.63.255.255", "Public" }, { "100.128.0.0", "Public" }, { "192.167.0.1", "Public" }, { "223.255.255.255", "Public" },
        { "2606:4700::1111", "Public" }, { "2a00:1450:4001::1", "Public" }, { "2001:4860:4860::8888", "Public" },
        { "10.0.0.0", "Private" }, { "10.255.255.255", "Private" }, { "172.16.0.1", "Private" }, { "172.31.255.255", "Private" },
        { "192.168.1.1", "Private" }, { "fc00::1", "Private" }, { "fd12:3456::1", "Private" },
        { "127.0.0.1", "Loopback" }, { "127.255.255.254", "Loopback" }, { "::1", "Loopback" },
        { "169.254.0.1", "LinkLocal" }, { "fe80::1", "LinkLocal" }, { "febf::1", "LinkLocal" }, { "fec0::1", "LinkLocal" }, { "feff::1", "LinkLocal" },
        { "169.254.169.254", "Metadata" }, { "169.254.170.2", "Metadata" }, { "fd00:ec2::254", "Metadata" }, { "168.63.129.16", "Metadata" },
        { "100.100.100.200", "Metadata" }, { "192.0.0.192", "Metadata" },
        { "100.64.0.1", "CarrierGrade" }, { "100.127.255.255", "CarrierGrade" },
        { "0.0.0.0", "Reserved" }, { "0.1.2.3", "Reserved" }, { "192.0.0.1", "Reserved" }, { "192.0.2.1", "Reserved" },
        { "192.88.99.1", "Reserved" }, { "198.18.0.1", "Reserved" }, { "198.19.255.255", "Reserved" }, { "198.51.100.1", "Reserved" },
        { "203.0.113.1", "Reserved" }, { "224.0.0.1", "Reserved" }, { "239.255.255.255", "Reserved" }, { "240.0.0.1", "Reserved" },
        { "255.255.255.255", "Reserved" }, { "::", "Reserved" }, { "ff02::1", "Reserved" }, { "100::1", "Reserved" }, { "2001:db8::1", "Reserved" },
        { "2001:2::1", "Reserved" }, { "2001:10::1", "Reserved" }, { "3fff::1", "Reserved" }, { "3ffe::1", "Reserved" }, { "5f00::1", "Reserved" },
        { "4000::1", "Reserved" },
        { "::ffff:8.8.8.8", "Embedded" }, { "::ffff:127.0.0.1", "Embedded" }, { "::ffff:169.254.169.254", "Embedded" },
        { "::10.0.0.1", "Embedded" }, { "::ffff:0:10.0.0.1", "Embedded" }, { "64:ff9b::10.0.0.1", "Embedded" }, { "64:ff9b::a9fe:a9fe", "Embedded" },
        { "64:ff9b:1::10.0.0.1", "Embedded" }, { "2002:7f00:1::1", "Embedded" }, { "2001:0:4136:e378::1", "Embedded" },
        { "2606:4700::5efe:10.0.0.1", "Embedded" }, { "2606:4700::200:5efe:10.0.0.1", "Embedded" },
    };

    [Theory]
    [MemberData(nameof(Classes))]
    public void Address_has_its_class(string address, string expected) =>
        Assert.Equal(expected, AddressClasses.Of(IPAddress.Parse(address)).ToString());

    [Theory]
    [MemberData(nameof(Classes))]
    public void Only_public_ones_are_allowed_in_production(string address, string kind) =>
        Assert.Equal(kind == "Public", Allows("Production", [], "example.com", address));

    [Fact]
    public void Development_allows_loopback_and_nothing_else()
    {
        Assert.True(Allows("Development", [], "localhost", "127.0.0.1", "::1"));
        Assert.False(Allows("Development", [], "localhost", "10.0.0.1"));
        Assert.False(Allows("Development", [], "localhost", "::ffff:127.0.0.1"));
    }

    [Fact]
    public void One_refused_address_refuses_them_all() =>
        Assert.False(Allows("Production", [], "example.com", "8.8.8.8", "10.0.0.1"));

    [Fact]
    public void Internal_networks_and_hosts_can_be_allowed()
    {
        string[] targets = ["10.1.0.0/16", "billing.internal:8443", "crm.internal", "fd00:1::/64", "192.168.7.7"];
        Assert.True(Allows("Production", targets, "x", "10.1.2.3"));
        Assert.False(Allows("Production", targets, "x", "10.2.0.1"));
        Assert.True(Allows("Production", targets, "x", "fd00:1::5"));
        Assert.True(Allows("Production", targets, "x", "192.168.7.7"));
        Assert.False(Allows("Production", targets, "x", "192.168.7.8"));
        Assert.True(Allows("Production", targets, "CRM.internal", "10.9.9.9"));
        Assert.False(Allows("Production", targets, "billing.internal", "10.9.9.9"));
        Assert.True(Allows("Production", ["x:443"], "x", "10.9.9.9"));
        Assert.False(Allows("Production", targets, "evil-crm.internal", "10.9.9.9"));
        // A name is no way to a machine's credentials
        Assert.False(Allows("Production", targets, "crm.internal", "169.254.169.254"));
        Assert.False(Allows("Production", targets, "crm.internal", "::ffff:10.9.9.9"));
    }

    /// <summary>Who opens all of a network hardly means what tells any caller the machine's credentials.</summary>
    [Theory]
    [InlineData("fd00:ec2::254", "fd00::/8", "fd00:ec2::254/128")]
    [InlineData("fd00:ec2::254", "fd00:ec2::/32", "fd00:ec2::254")]
    [InlineData("169.254.169.254", "169.254.0.0/16", "169.254.169.254/32")]
    [InlineData("169.254.169.254", "0.0.0.0/0", "169.254.169.254")]
    [InlineData("169.254.169.254", "169.254.169.254/31", "169.254.169.254/32")]
    [InlineData("100.100.100.200", "100.64.0.0/10", "100.100.100.200")]
    public void Metadata_is_opened_by_its_exact_address_only(string address, string network, string exact)
    {
        Assert.False(Allows("Production", [network], "x", address));
        Assert.True(Allows("Production", [network, exact], "x", address));
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://crm.internal")]
    [InlineData("crm.internal:0")]
    [InlineData("crm.internal:99999")]
    [InlineData("10.0.0.0/33")]
    [InlineData("a b")]
    public void Unreadable_target_is_none(string text) => Assert.False(InternalTarget.TryParse(text, out _));

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:127.0.0.1]/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    public async Task Address_in_the_url_is_checked_however_it_is_written(string url)
    {
        using var client = Client("Production", _ => throw new InvalidOperationException("There is no name to resolve."));
        await RefusedAsync(client, url);
    }

    [Fact]
    public async Task Name_is_resolved_once_for_a_connection_and_checked_each_time()
    {
        await using var sink = await Sink.StartAsync((context, _) =>
        {
            context.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        });
        var port = new Uri(sink.Url).Port;
        var asked = new ConcurrentQueue<string>();
        // A good address first, then one of the inside: the second answer is found out as well
        using var client = Client("Development", host =>
        {
            asked.Enqueue(host);
            return [IPAddress.Parse(asked.Count == 1 ? "127.0.0.1" : "10.0.0.1")];
        });

        using (var response = await SendAsync(client, $"http://rebind.example:{port}/"))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(["rebind.example"], asked);
        await RefusedAsync(client, $"http://rebind.example:{port}/");
        Assert.Equal(2, asked.Count);
        Assert.Single(sink.All);
    }

    [Fact]
    public async Task Next_address_is_tried_if_one_does_not_answer()
    {
        await using var sink = await Sink.StartAsync();
        using var client = Client("Development", _ => [IPAddress.Parse("127.0.0.9"), IPAddress.Loopback]);
        using var response = await SendAsync(client, $"http://two.example:{new Uri(sink.Url).Port}/");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static Task<HttpResponseMessage> SendAsync(DeliveryClient client, string url) =>
        client.SendAsync(new HttpRequestMessage(HttpMethod.Post, url), TestContext.Current.CancellationToken);

    private static async Task RefusedAsync(DeliveryClient client, string url)
    {
        var exception = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(client, url));
        Assert.Contains("not among Webhooks:InternalTargets: nothing was sent.", TransportError.Describe(exception), StringComparison.Ordinal);
    }

    private static bool Allows(string environment, string[] targets, string host, params string[] addresses)
    {
        try
        {
            Guard(environment, targets).Check(host, 443, [.. addresses.Select(IPAddress.Parse)]);
            return true;
        }
        catch (AddressRefusedException)
        {
            return false;
        }
    }

    private static AddressGuard Guard(string environment, params string[] targets)
    {
        var options = new DeliveryOptions();
        options.InternalTargets.AddRange(targets);
        return new(Options.Create(options), new TestEnvironment(environment));
    }

    private static DeliveryClient Client(string environment, Func<string, IPAddress[]> resolve) =>
        new(new GuardedConnections(new GivenResolver(resolve), Guard(environment)));

    private sealed class GivenResolver(Func<string, IPAddress[]> resolve) : IHostResolver
    {
        public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => Task.FromResult(resolve(host));
    }
}

internal sealed class TestEnvironment(string name) : IHostEnvironment
{
    public string EnvironmentName { get; set; } = name;

    public string ApplicationName { get; set; } = "Webhooks";

    public string ContentRootPath { get; set; } = "";

    public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
}
