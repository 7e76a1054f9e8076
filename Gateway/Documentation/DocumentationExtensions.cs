using Microsoft.AspNetCore.Http.HttpResults;
using NetEscapades.AspNetCore.SecurityHeaders;
using Polly;
using ProdReady.Gateway.LiveSettings;
using ProdReady.Gateway.SecurityHeaders;
using ProdReady.ServiceDefaults.Resilience;
using Scalar.AspNetCore;

namespace ProdReady.Gateway.Documentation;

/// <summary><c>/openapi/v1.json</c> for programs, <c>/docs</c> for people.</summary>
internal static class DocumentationExtensions
{
    private const string Path = "/openapi/v1.json";

    public static void AddDocumentation(this WebApplicationBuilder builder)
    {
        builder.AddLiveOptions<DocumentationOptions, ValidateDocumentationOptions>(DocumentationOptions.SectionName);
        builder.Services.AddSingleton<DocumentationMetrics>();
        builder.Services.AddSingleton<GatewayPaths>();
        builder.Services.AddSingleton<ServiceDocuments>();
        builder.Services.AddSingleton<MergedDocument>();
        builder.Services.AddHttpClient(
                ServiceDocuments.Client, client => client.MaxResponseContentBufferSize = ServiceDocuments.LargestDocument)
            // A service has no business to send the gateway elsewhere
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
            // Once: whoever asks for the page waits, and a service that was left out is asked again soon
            .ConfigureResilience((resilience, _) => resilience.Retry.ShouldHandle = static _ => PredicateResult.False());
    }

    public static void MapDocumentation(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<LiveSection<DocumentationOptions>>().Current.Enabled)
        {
            // In place of the gateway's own, which every service has
            app.MapGet(Path, NotFound).ExcludeFromDescription();
            return;
        }

        // Made now, so that its counts exist from the start
        app.Services.GetRequiredService<DocumentationMetrics>();
        app.MapGet(Path, GetAsync).ExcludeFromDescription();
        app.MapScalarApiReference("/docs", (page, context) => page
                .WithTitle("ProdReady")
                // The nonce of the answer's own policy
                .WithNonce(context.GetNonce())
                // Everything else that it would ask of other hosts: fonts, a counter of requests, an assistant, a client to install
                .DisableDefaultFonts()
                .DisableTelemetry()
                .DisableAgent()
                .DisableMcp()
                .HideClientButton()
                .HideDeveloperTools())
            .WithSecurityHeaders(BuiltInHeaders.Documentation);
    }

    private static NotFound NotFound() => TypedResults.NotFound();

    private static async Task<FileContentHttpResult> GetAsync(MergedDocument document, CancellationToken cancellationToken) =>
        TypedResults.Bytes(await document.GetAsync(cancellationToken), "application/json");
}
