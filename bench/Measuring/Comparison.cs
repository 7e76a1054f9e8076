using System.Globalization;

namespace ProdReady.Bench.Measuring;

/// <summary>What was measured, against what, in the same run.</summary>
/// <param name="Measured">The median of ours.</param>
/// <param name="Reference">The median of the reference.</param>
/// <param name="Unit">The unit of both, such as <c>req/s</c> or <c>ns</c>.</param>
/// <param name="ReferenceName">What the reference is.</param>
/// <param name="Target">What was promised, in words.</param>
internal sealed record Comparison(double Measured, double Reference, string Unit, string ReferenceName, string Target)
{
    public string MeasuredText => $"{Text(Measured)} {Unit}";

    public string ReferenceText => $"{Text(Reference)} {Unit} ({ReferenceName})";

    public string RatioText => (Measured / Reference).ToString("0.00", CultureInfo.InvariantCulture);

    public override string ToString() => $"{MeasuredText} against {ReferenceText}: {RatioText} (target: {Target})";

    private static string Text(double value) => value.ToString(value < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture);
}
