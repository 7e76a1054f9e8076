using System.Net.Mime;
using Microsoft.OpenApi;

namespace ProdReady.Webhooks.Events;

/// <summary>The list of events has two shapes, of which the framework's metadata can name one only.</summary>
internal static class EventListSchema
{
    /// <summary>In the OpenAPI document: one of the two.</summary>
    public static RouteHandlerBuilder ShowBothAnswers(this RouteHandlerBuilder list) => list
        .Produces<EventPage>()
        .AddOpenApiOperationTransformer(async (operation, context, cancellationToken) =>
        {
            var schema = new OpenApiSchema { OneOf = [] };
            foreach (var type in new[] { typeof(EventPage), typeof(EventFeedPage) })
            {
                context.Document!.AddComponent(type.Name, await context.GetOrCreateSchemaAsync(type, null, cancellationToken));
                schema.OneOf.Add(new OpenApiSchemaReference(type.Name, context.Document));
            }

            operation.Responses!["200"].Content![MediaTypeNames.Application.Json].Schema = schema;
        });
}
