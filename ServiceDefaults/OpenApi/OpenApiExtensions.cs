using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace ProdReady.ServiceDefaults.OpenApi;

/// <summary>
/// <c>/openapi/v1.json</c>: what a service offers, with the keys it asks for and the problems it answers. The gateway makes one
/// document of all of them.
/// </summary>
public static class OpenApiExtensions
{
    /// <summary>The document's name, and so its version.</summary>
    public const string DocumentName = "v1";

    internal static void AddOpenApiDocument(this WebApplicationBuilder builder)
    {
        var name = builder.Environment.ApplicationName;
        // Without the commit, which is nobody's business out there
        var version = typeof(OpenApiExtensions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0] ?? "unknown";
        builder.Services.AddOpenApi(DocumentName, options =>
        {
            options.AddOperationTransformer((operation, context, _) =>
            {
                OperationFacts.Complete(operation, context, name);
                return Task.CompletedTask;
            });
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo { Title = name, Version = version };
                document.Tags = new HashSet<OpenApiTag> { new() { Name = name } };
                // The address that this one request came to is nobody else's
                document.Servers = [];
                ProblemSchema.AddTo(document);
                ApiKeySchemes.AddTo(document);
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>Open to all, as the health endpoints are.</summary>
    internal static void MapOpenApiDocument(this IEndpointRouteBuilder endpoints) => endpoints.MapOpenApi();
}
