using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace ProdReady.ServiceDefaults.Tests.Errors;

/// <summary>A service on Kestrel whose endpoints fail in every way that a service answers by itself.</summary>
internal sealed class ProblemServer : IAsyncDisposable
{
    public const int BodyLimit = 1_000;

    private readonly WebApplication _app;

    private ProblemServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public static async Task<ProblemServer> StartAsync(string environment, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(options => options.Limits.MaxRequestBodySize = BodyLimit);
        builder.AddServiceDefaults();
        builder.Services.AddValidation();
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapPost("/orders", (Order order) => order);
        app.MapPost("/parcels", (Parcel parcel) => parcel);
        app.MapPost("/raw", async (HttpRequest request) =>
        {
            await request.Body.CopyToAsync(Stream.Null, request.HttpContext.RequestAborted);
            return "read";
        });
        app.MapGet("/broken", IResult () => throw new InvalidOperationException("the inner workings"));
        app.MapGet("/number/{value}", (int value) => value);
        app.MapGet("/teapot", () => Results.StatusCode(418));
        app.MapGet("/half", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("the first half");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException("the inner workings");
        });
        await app.StartAsync(cancellationToken);
        return new(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>A body with rules, as a service would have it.</summary>
public sealed class Order
{
    [Required]
    public string? CustomerName { get; set; }

    [Range(1, 100), JsonPropertyName("qty")]
    public int Quantity { get; set; }

    public Address? ShipTo { get; set; }

    public List<Address> Others { get; set; } = [];
}

/// <summary>A nested body.</summary>
public sealed class Address
{
    [StringLength(5)]
    public string? PostCode { get; set; }
}

/// <summary>A body whose serializer insists on members.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Parcel
{
    public required string Sender { get; init; }

    [JsonPropertyName("weight_kg")]
    public required decimal WeightKg { get; init; }

    public IReadOnlyList<Parcel> Inside { get; init; } = [];
}
