using Microsoft.OpenApi;

namespace ProdReady.ServiceDefaults.OpenApi;

/// <summary>The two ways to present an API key.</summary>
internal static class ApiKeySchemes
{
    private const string Header = "ApiKey";
    private const string Bearer = "Bearer";

    public static void AddTo(OpenApiDocument document)
    {
        document.AddComponent<IOpenApiSecurityScheme>(Header, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "X-Api-Key",
            Description = "An API key, as POST /admin/api-keys shows it once.",
        });
        document.AddComponent<IOpenApiSecurityScheme>(Bearer, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "The same key as a bearer token.",
        });
    }

    /// <summary>Either of the two, with the scope that the key has to carry (OpenAPI 3.1, 4.8.30: a role's name).</summary>
    public static List<OpenApiSecurityRequirement> Require(IReadOnlyList<string> scopes, OpenApiDocument? document) =>
    [
        new() { [new OpenApiSecuritySchemeReference(Header, document)] = [.. scopes] },
        new() { [new OpenApiSecuritySchemeReference(Bearer, document)] = [.. scopes] },
    ];
}
