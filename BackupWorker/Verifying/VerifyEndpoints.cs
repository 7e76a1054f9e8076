using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.BackupWorker.Catalogue;
using ProdReady.BackupWorker.Operations;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Storage;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.BackupWorker.Verifying;

/// <summary><c>/backups/{id}/verify</c>.</summary>
internal static class VerifyEndpoints
{
    public static IEndpointRouteBuilder MapVerifying(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/backups/{id}/verify", StartAsync)
            .AnswerWhileAway()
            .RequireScope(BackupScopes.Run)
            .WithSummary("Read every copy of a backup as a whole");
        return endpoints;
    }

    private static async Task<Results<Accepted<OperationView>, ProblemHttpResult>> StartAsync(
        string id, BackupShelves shelves, VerifyHandler verifier, OperationRegister operations, CancellationToken cancellationToken)
    {
        var listing = await shelves.LookForAsync(id, cancellationToken);
        return listing.IsEmpty
            ? NoBackup.Of(new(id, null), listing, "", shelves.Locations).Answer()
            : OperationEndpoints.Answer(operations.TryStart(
                OperationKind.Verify,
                listing.Copies is [var copy, ..] ? copy.Name.Id : listing.Unusable[0].Name.Id,
                (operation, token) => VerifyAsync(verifier, listing, operation, token)));
    }

    private static async Task<OperationResult> VerifyAsync(
        VerifyHandler verifier, BackupListing listing, Operation operation, CancellationToken cancellationToken)
    {
        var verified = await verifier.VerifyAsync(listing, operation.Progress, cancellationToken);
        var errors = verified.Select(copy => copy.Error).OfType<string>().Concat(listing.NotRead.Select(one => one.Sentence)).ToList();
        return new(errors.Count == 0 ? null : string.Join(' ', errors), Copies: verified);
    }
}
