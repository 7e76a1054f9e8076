namespace ProdReady.Notifications.Templates;

/// <summary>A piece of a template's text.</summary>
internal abstract record TextPart
{
    private TextPart()
    {
    }

    /// <summary>Text that stays as it is.</summary>
    internal sealed record Literal(string Text) : TextPart;

    /// <summary>Where a value goes: <c>{amount}</c>, or <c>{at, date, d MMM yyyy}</c>.</summary>
    /// <param name="Name">The placeholder.</param>
    /// <param name="Pattern">A .NET format of dates and times.</param>
    internal sealed record Slot(string Name, string? Pattern) : TextPart;

    /// <summary>A choice by a number: <c>{days, plural, =0 {today} one {in # day} other {in # days}}</c>.</summary>
    /// <param name="Name">The placeholder.</param>
    /// <param name="Exact">For certain numbers; they win over forms.</param>
    /// <param name="Forms">For the forms of the language.</param>
    internal sealed record Plural(
        string Name,
        IReadOnlyDictionary<long, IReadOnlyList<TextPart>> Exact,
        IReadOnlyDictionary<PluralForm, IReadOnlyList<TextPart>> Forms) : TextPart;

    /// <summary>The number of the plural around it: <c>#</c>.</summary>
    internal sealed record Number(string Name) : TextPart;
}
