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
            if (HasFailed(change.Resource, change.Snapshot.State?.Text))
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

    /// <summary>Whether this ends the start. Services wait for ever for a data store that has ended, be it a process or a container.</summary>
    internal static bool HasFailed(IResource resource, string? state) =>
        resource is ProjectResource or ExecutableResource or ContainerResource && Ended.Contains(state);

    private async Task<StackException> FailureAsync(ResourceEvent change, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        await foreach (var batch in logs.GetAllAsync(change.ResourceId).WithCancellation(cancellationToken))
        {
            lines.AddRange(batch.Select(line => line.Content));
        }

        // What has not started has printed nothing: why is in Aspire's own lines
        var hasStarted = change.Snapshot.State?.Text != KnownResourceStates.FailedToStart;
        var what = hasStarted ? $"ended with exit code {change.Snapshot.ExitCode?.ToString(null, null) ?? "unknown"}" : "did not start";
        return new StackException(
            $"{change.Resource.Name} {what}. Its last lines:"
            + Environment.NewLine + string.Join(Environment.NewLine, Lines(lines, hasStarted).TakeLast(LastLines).Select(line => $"  {line}")));
    }

    /// <summary>
    /// The lines without the times in front, which give them their order; of a process that has started, those that it printed itself, which
    /// are the ones after Aspire's.
    /// </summary>
    private static List<string> Lines(IEnumerable<string> lines, bool hasStarted)
    {
        // By the times alone: lines of one moment are in their order already
        var ordered = lines.OrderBy(line => line[..Math.Max(0, line.IndexOf(' ', StringComparison.Ordinal))], StringComparer.Ordinal).ToList();
        var start = hasStarted ? ordered.FindLastIndex(line => line.Contains(" [sys] ", StringComparison.Ordinal)) : -1;
        return [.. ordered.Skip(start + 1).Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])];
    }
}
