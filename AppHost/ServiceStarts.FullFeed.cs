using Microsoft.Extensions.Diagnostics.HealthChecks;
using ProdReady.Standalone;

namespace ProdReady.AppHost;

/// <summary>How the start of the stack goes.</summary>
internal sealed class ServiceStarts(
    DistributedApplicationModel model, ResourceNotificationService notifications, ResourceLoggerService logs)
{
    private const int LastLines = 20;

    private static readonly string[] Ended =
        [KnownResourceStates.Exited, KnownResourceStates.Finished, KnownResourceStates.FailedToStart];

    /// <summary>Waits until every service is healthy.</summary>
    /// <exception cref="StackException">One of them, or what they wait for, has ended.</exception>
    public async Task WaitUntilHealthyAsync(CancellationToken cancellationToken)
    {
        var waiting = model.Resources.OfType<ProjectResource>().Select(service => service.Name).ToHashSet();
        await foreach (var change in notifications.WatchAsync(cancellationToken))
        {
            if (change.Resource is ProjectResource or ExecutableResource && Ended.Contains(change.Snapshot.State?.Text))
            {
                throw await FailureAsync(change, cancellationToken);
            }

            if (change.Snapshot.State?.Text == KnownResourceStates.Running && change.Snapshot.HealthStatus == HealthStatus.Healthy
                && waiting.Remove(change.Resource.Name) && waiting.Count == 0)
            {
                return;
            }
        }
    }

    private async Task<StackException> FailureAsync(ResourceEvent change, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        await foreach (var batch in logs.GetAllAsync(change.ResourceId).WithCancellation(cancellationToken))
        {
            lines.AddRange(batch.Select(line => line.Content));
        }

        return new StackException(
            $"{change.Resource.Name} ended with exit code {change.Snapshot.ExitCode?.ToString(null, null) ?? "unknown"}. Its last lines:"
            + Environment.NewLine + string.Join(Environment.NewLine, OwnLines(lines).TakeLast(LastLines).Select(line => $"  {line}")));
    }

    /// <summary>What the process itself printed: the lines after Aspire's own, without the times in front, which give them their order.</summary>
    private static List<string> OwnLines(IEnumerable<string> lines)
    {
        var ordered = lines.Order(StringComparer.Ordinal).ToList();
        var start = ordered.FindLastIndex(line => line.Contains(" [sys] ", StringComparison.Ordinal));
        return [.. ordered.Skip(start + 1).Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])];
    }
}
