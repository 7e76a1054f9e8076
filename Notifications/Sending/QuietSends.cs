using ProdReady.Notifications.Messages;
using ProdReady.Notifications.PhoneNumbers;
using ProdReady.Notifications.QuietHours;
using ProdReady.Notifications.Templates;

namespace ProdReady.Notifications.Sending;

/// <summary>
/// Tells what comes to be sent in its recipient's quiet hours, and has to wait. Its time was chosen when it was accepted, and much may have held it up
/// since: a cap of the day, a breaker, a long queue, a repetition.
/// </summary>
internal sealed class QuietSends(QuietHoursPolicy policy, TemplateCatalog templates, SendBatches batches, TimeProvider time)
{
    /// <summary>Why it waits.</summary>
    public const string Reason = "It is quiet where the recipient's number is at home; this message follows when that is over, if it is valid then.";

    private readonly HashSet<string> _waiting =
        [.. templates.All.Where(template => template.Description.QuietHours).Select(template => template.Name)];

    /// <summary>How long a message has to wait for the end of quiet hours: not at all, as a rule.</summary>
    public async Task<TimeSpan> WaitAsync(SendJob job, CancellationToken cancellationToken)
    {
        if (job.Kind == MessageKind.Code)
        {
            return TimeSpan.Zero;
        }

        var zones = job.QuietZones ?? await FindZonesAsync(job, cancellationToken);
        var now = time.GetUtcNow();
        return policy.Next(zones, now) - now;
    }

    /// <summary>A job that took the place of a lost one, or that repeats a message, does not have them.</summary>
    private async Task<IReadOnlyList<string>> FindZonesAsync(SendJob job, CancellationToken cancellationToken) =>
        await batches.FindFactsAsync(job.Id, cancellationToken) is { } facts && PhoneNumberFacts.TryParse(facts.To, out var number, out _)
            ? QuietHoursPolicy.ZonesOf(number, job.Kind, facts.Template is { } template && _waiting.Contains(template))
            : [];
}
