using Microsoft.OpenApi;

namespace ProdReady.ServiceDefaults.OpenApi;

/// <summary>RFC 9457's fields, and those that every problem here has besides.</summary>
internal static class ProblemSchema
{
    private const string Name = "Problem";

    public static void AddTo(OpenApiDocument document) => document.AddComponent<IOpenApiSchema>(Name, new OpenApiSchema
    {
        Type = JsonSchemaType.Object,
        Description = "What went wrong (RFC 9457). Further members depend on the type.",
        Required = new HashSet<string> { "type", "title", "status", "correlationId", "traceId" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("The kind of problem.", "uri-reference"),
            ["title"] = Text("The kind of problem in words."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Description = "The HTTP status." },
            ["detail"] = Text("What happened this time, and what to do about it."),
            ["instance"] = Text("The path that was asked for.", "uri-reference"),
            ["correlationId"] = Text("The id to name when you report it; also in X-Correlation-ID."),
            ["traceId"] = Text("The trace that the request belongs to."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "Where values are not valid: the reasons by field.",
                AdditionalProperties = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Items = new OpenApiSchema { Type = JsonSchemaType.String },
                },
            },
        },
    });

    public static OpenApiResponse Response(string description, OpenApiDocument? document) => new()
    {
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(Name, document) },
        },
    };

    private static OpenApiSchema Text(string description, string? format = null) =>
        new() { Type = JsonSchemaType.String, Format = format, Description = description };
}
