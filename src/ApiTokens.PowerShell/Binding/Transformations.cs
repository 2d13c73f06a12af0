using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace ApiTokens.PowerShell.Binding;

/// <summary>Converts the arguments of a token parameter to token references.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TokenReferenceTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? input = inputData is PSObject wrapped && wrapped.BaseObject is IList list ? list : inputData;
        IEnumerable items = input is IList many ? many : new[] { input };
        return items.Cast<object?>()
            .Select(item => TokenReference.From(item) ?? throw new ArgumentTransformationMetadataException(
                Refusal(item)))
            .ToArray();
    }

    private static string Refusal(object? item) =>
        item is not null && PSObject.AsPSObject(item) is var value && value.BaseObject is not string && !TokenReference.IsRow(value)
        ? $"An object of the type {ForeignText.Argument(value.TypeNames.FirstOrDefault() ?? string.Empty)} is not a token. "
            + "Specify a token object, an id or a name, or a row with a property Id or Name."
        : "Specify a token object, an id or a name. A row requires a property Id or Name.";
}

/// <summary>Converts an empty text, such as an empty CSV column, to null.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BlankAsNullAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        Unwrap(inputData) is string text && string.IsNullOrWhiteSpace(text) ? null : inputData;

    internal static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}

/// <summary>Rejects plain text for a SecureString with a message that tells how to create one.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecureStringTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        BlankAsNullAttribute.Unwrap(inputData) is string or ValueType
            ? throw new ArgumentTransformationMetadataException(
                "Plain text is not accepted, because it would be in the history. Use Read-Host -AsSecureString, or Get-Secret.")
            : inputData;
}

/// <summary>Converts the texts <c>true</c> and <c>false</c> of a CSV column to a switch. An empty text is false.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SwitchFromTextAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => BlankAsNullAttribute.Unwrap(inputData) switch
    {
        string text when string.IsNullOrWhiteSpace(text) => new SwitchParameter(false),
        string text when bool.TryParse(text, out bool on) => new SwitchParameter(on),
        _ => inputData,
    };
}

/// <summary>
/// Converts a date and time, or a text in the invariant culture, as PowerShell itself converts dates. A text without an offset is in
/// local time, like the output of Get-Date.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DateTimeTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) => BlankAsNullAttribute.Unwrap(inputData) switch
    {
        null => null,
        string text when string.IsNullOrWhiteSpace(text) => null,
        DateTimeOffset time => time,
        DateTime time => new DateTimeOffset(time),
        string text when TryParse(text, out DateTimeOffset time) => time,
        var other => throw new ArgumentTransformationMetadataException(
            $"'{ForeignText.Argument($"{other}")}' is not a valid date and time. "
                + "Specify a value such as 2026-12-31 or 2026-12-31T18:00:00Z."),
    };

    private static bool TryParse(string text, out DateTimeOffset time) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal | DateTimeStyles.AllowWhiteSpaces, out time);
}

/// <summary>
/// Converts <c>2w</c>, <c>90d</c>, <c>12h</c> or <c>30m</c> to a TimeSpan; <c>6mo</c> and <c>1y</c> are calendar months from now.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether calendar months are counted backward from now.</summary>
    public bool Back { get; set; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        TokenLifetime? duration = TokenLifetime.From(inputData);
        DateTimeOffset now = Clock.UtcNow;
        return duration switch
        {
            null => null,
            { Months: { } months } => Back ? now - now.AddMonths(-months) : now.AddMonths(months) - now,
            _ => duration.Time,
        };
    }
}

/// <summary>Converts a TimeSpan, or <c>2w</c>, <c>90d</c>, <c>12h</c>, <c>30m</c>, <c>6mo</c> or <c>1y</c>, to a lifetime.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TokenLifetimeTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) => TokenLifetime.From(inputData);
}

/// <summary>Converts <c>Deleted</c>, the word of Gcore, to <see cref="TokenStatus.Revoked"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TokenStatusTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) => BlankAsNullAttribute.Unwrap(inputData) switch
    {
        IEnumerable items and not string => items.Cast<object?>().Select(One).ToArray(),
        var item => One(item),
    };

    private static object? One(object? item) =>
        BlankAsNullAttribute.Unwrap(item) is string text && text.Equals("Deleted", StringComparison.OrdinalIgnoreCase)
            ? TokenStatus.Revoked
            : item;
}

/// <summary>Converts a hashtable, the access of a token, or <c>Invoices=Full,Orders=Read</c> to access levels by API.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AccessTransformationAttribute : ArgumentTransformationAttribute
{
    private static readonly char[] Separators = [',', ';', ' '];

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? input = BlankAsNullAttribute.Unwrap(inputData);
        return input switch
        {
            null => null,
            IReadOnlyDictionary<string, AccessLevel> access => access.ToDictionary(entry => entry.Key, entry => entry.Value),
            IDictionary table => table.Keys.Cast<object>().ToDictionary(Text, key => Level(table[key])),
            string text => FromTexts([text]),
            IEnumerable items => FromTexts(items.Cast<object>().Select(Text)),
            _ => PSObject.AsPSObject(inputData).Properties.ToDictionary(property => property.Name, property => Level(property.Value)),
        };
    }

    // The web form says Full Access, Read Access and No Access.
    internal static string WithoutUnit(string text)
    {
        const string unit = " access";
        string word = text.EndsWith(unit, StringComparison.OrdinalIgnoreCase) ? text.Substring(0, text.Length - unit.Length) : text;
        return word.Equals("No", StringComparison.OrdinalIgnoreCase) ? nameof(AccessLevel.None) : word;
    }

    private static Dictionary<string, AccessLevel>? FromTexts(IEnumerable<string> texts)
    {
        string[] entries = [.. texts.SelectMany(text => text.Split(Separators, StringSplitOptions.RemoveEmptyEntries))];
        return entries.Length == 0 ? null : entries.Select(Split).ToDictionary(pair => pair.Key, pair => pair.Value);
    }

    private static KeyValuePair<string, AccessLevel> Split(string entry)
    {
        int equals = entry.IndexOf('=');
        return equals > 0
            ? new KeyValuePair<string, AccessLevel>(entry.Substring(0, equals).Trim(), Level(entry.Substring(equals + 1).Trim()))
            : throw new ArgumentTransformationMetadataException(
                $"'{ForeignText.Argument(entry)}' is not valid. Specify api=Full, api=Read or api=None.");
    }

    private static string Text(object value) => LanguagePrimitives.ConvertTo<string>(value);

    private static AccessLevel Level(object? value) =>
        Enum.TryParse(WithoutUnit(LanguagePrimitives.ConvertTo<string>(value)), ignoreCase: true, out AccessLevel level)
        && Enum.IsDefined(typeof(AccessLevel), level)
            ? level
            : throw new ArgumentTransformationMetadataException(
                $"'{ForeignText.Argument($"{value}")}' is not a valid access level. Specify Full, Read or None.");
}

/// <summary>Converts the access levels in the words of the web form, such as <c>Read Access</c>, to those of the module.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AccessLevelTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        BlankAsNullAttribute.Unwrap(inputData) is string text ? AccessTransformationAttribute.WithoutUnit(text) : inputData;
}
