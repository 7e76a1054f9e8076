using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.ServiceDefaults.OpenApi;

/// <summary>What is true of every operation and no endpoint says again: the key it asks for, and how it answers problems.</summary>
internal static class OperationFacts
{
    public static void Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context, string service)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (!metadata.OfType<ITagsMetadata>().Any())
        {
            // Else the handler's class: of no interest to a reader
            operation.Tags = new HashSet<OpenApiTagReference> { new(service, context.Document) };
        }

        var responses = operation.Responses ??= [];
        if (ScopesOf(metadata) is { Count: > 0 } scopes)
        {
            operation.Security = ApiKeySchemes.Require(scopes, context.Document);
            operation.Description ??= $"Needs an API key with the scope `{string.Join("`, `", scopes)}`.";
            responses.TryAdd("401", ProblemSchema.Response("No API key, or one that is not valid", context.Document));
            responses.TryAdd("403", ProblemSchema.Response("The API key lacks the scope", context.Document));
        }

        responses.TryAdd("default", ProblemSchema.Response("A problem", context.Document));
    }

    private static List<string> ScopesOf(IList<object> metadata) =>
    [
        .. metadata.OfType<AuthorizationPolicy>().SelectMany(policy => policy.Requirements).OfType<ScopeRequirement>()
            .Select(requirement => requirement.Scope),
    ];
}
