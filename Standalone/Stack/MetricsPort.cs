using System.Globalization;

namespace ProdReady.Standalone.Stack;

/// <summary>Where each service of a stack on one machine serves its metrics: they cannot share a port.</summary>
public static class MetricsPort
{
    private static readonly string[] Order = ["gateway", "webhooks", "notifications", "backups"];

    /// <summary>
    /// The port of <paramref name="service"/>: <c>METRICS_PORT</c> itself is the gateway's, the next three are the others'. What is
    /// no port stays as it is, for the service to say so.
    /// </summary>
    /// <exception cref="StackException">It has several replicas, of which only one could listen there.</exception>
    public static string Of(string service, string configured, int replicas = 1)
    {
        if (!int.TryParse(configured, NumberStyles.None, CultureInfo.InvariantCulture, out var first) || first == 0)
        {
            return configured;
        }

        return replicas == 1
            ? (first + Array.IndexOf(Order, service)).ToString(CultureInfo.InvariantCulture)
            : throw new StackException(
                $"METRICS_PORT is {configured} and Replicas:{service} is {replicas}, and replicas on one machine cannot share a port: leave one out, or let each take a free one with METRICS_PORT=0.");
    }
}
