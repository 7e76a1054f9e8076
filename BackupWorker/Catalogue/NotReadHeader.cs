using Microsoft.OpenApi;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary>Names the destinations that an answer does not speak of. A header, since the lists are bare arrays.</summary>
internal static class NotReadHeader
{
    public const string Name = "Backups-Not-Read";

    /// <summary>Sets it if there are some.</summary>
    public static void Tell(this HttpResponse response, IReadOnlyList<UnreadDestination> notRead)
    {
        if (notRead.Count > 0)
        {
            response.Headers[Name] = string.Join(", ", notRead.Select(one => one.Name));
        }
    }

    /// <summary>Describes it in the OpenAPI document.</summary>
    public static RouteHandlerBuilder TellNotRead(this RouteHandlerBuilder endpoint) => endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
    {
        ((OpenApiResponse)operation.Responses!["200"]).Headers = new Dictionary<string, IOpenApiHeader>
        {
            [Name] = new OpenApiHeader
            {
                Description = "The destinations that could not be read, by name, with commas between them: the answer is without what they hold. "
                    + "Absent if all of them were read.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            },
        };
        return Task.CompletedTask;
    });
}
