using System.Management.Automation;
using System.Numerics;
using ApiTokens.Leaks;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Binding;

/// <summary>
/// The value of a token parameter: a token, an id, a name, or an object with such properties, such as a CSV row or a deserialized token.
/// </summary>
public sealed class TokenReference
{
    private static readonly string[] CopyPrefixes = ["Deserialized.", "Selected."];

    /// <summary>The id of the token, if known.</summary>
    public string? Id { get; internal set; }

    /// <summary>The name of the token, if known.</summary>
    public string? Name { get; internal set; }

    /// <summary>An id or a name. The format of the service's ids determines which.</summary>
    public string? IdOrName { get; internal set; }

    /// <summary>The name of the connection, if known.</summary>
    public string? Connection { get; internal set; }

    /// <summary>The service, if known.</summary>
    public string? Service { get; internal set; }

    /// <summary>The account, if known.</summary>
    public string? Account { get; internal set; }

    /// <summary>The address of the service, if known.</summary>
    public string? BaseUri { get; internal set; }

    /// <summary>The evidence of Find-ApiToken, if the input is one of its tokens or a copy of one.</summary>
    internal string? MatchedBy { get; set; }

    /// <summary>Whether the input is a token that a leaked secret suggests, without proof.</summary>
    internal bool IsUnproven =>
        MatchedBy is not null && !(Enum.TryParse(MatchedBy, out MatchedBy evidence) && FoundToken.IsProof(evidence));

    /// <summary>The token, if the input is a token.</summary>
    internal ApiToken? Token { get; set; }

    /// <summary>The input, for error records.</summary>
    internal object Input { get; set; } = string.Empty;

    /// <summary>Returns the name and the id, as far as they are known.</summary>
    /// <returns>For example <c>'ci' (42)</c>.</returns>
    public override string ToString() => IdOrName ?? (Id is null ? $"'{Name}'" : Name is { Length: > 0 } ? $"'{Name}' ({Id})" : Id);

    internal static TokenReference? From(object? value)
    {
        object? input = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        return input switch
        {
            TokenReference reference => reference,
            ApiToken token => new TokenReference
            {
                Id = token.Id,
                Name = token.Name,
                Connection = token.Connection,
                Service = token.Service,
                Account = token.Account,
                BaseUri = token.BaseUri?.AbsoluteUri,
                MatchedBy = (token as FoundToken)?.MatchedBy.ToString(),
                Token = token,
                Input = token,
            },
            string { Length: > 0 } text => new TokenReference { IdOrName = text, Input = ForeignText.Argument(text) },

            // An unquoted id such as 5e0000000000000000000004 is a number for PowerShell, which keeps its text in the PSObject.
            int or long or double or decimal or BigInteger => new TokenReference
            {
                IdOrName = LanguagePrimitives.ConvertTo<string>(value),
                Input = LanguagePrimitives.ConvertTo<string>(value),
            },
            null or string => null,
            _ => IsRow(PSObject.AsPSObject(value)) ? FromProperties(PSObject.AsPSObject(value)) : null,
        };
    }

    /// <summary>
    /// Determines whether an object can describe a token: an object of this module, a row of a table, or an object that a script made. A
    /// process or a job also has an id and a name, and must not be taken for a token.
    /// </summary>
    internal static bool IsRow(PSObject value)
    {
        if (value.BaseObject is not PSCustomObject)
        {
            Type type = value.BaseObject.GetType();
            return type.Assembly.IsDynamic || IsRowType(type.FullName!);
        }

        // A copy of an object has the type's name with a prefix.
        string name = value.TypeNames.FirstOrDefault() ?? string.Empty;
        string original = name;
        while (CopyPrefixes.FirstOrDefault(original.StartsWith) is { } prefix)
        {
            original = original[prefix.Length..];
        }

        return original == name || !original.StartsWith("System.", StringComparison.Ordinal) || IsRowType(original);
    }

    private static bool IsRowType(string name) =>
        name.StartsWith("ApiTokens.", StringComparison.Ordinal)
        || name is "System.Data.DataRow" or "System.Management.Automation.PSCustomObject" or "System.Object";

    private static TokenReference? FromProperties(PSObject value)
    {
        var reader = new TokenReader(value);
        var reference = new TokenReference
        {
            Id = reader.Text(nameof(Id)),
            Name = reader.Text(nameof(Name)),
            Connection = reader.Text(nameof(Connection)),
            Service = reader.Text(nameof(Service)),
            Account = reader.Text(nameof(Account)),
            BaseUri = reader.Text(nameof(BaseUri)),
            MatchedBy = reader.Text(nameof(MatchedBy)),
            Input = value,
        };
        return reference.Id is null && reference.Name is null ? null : reference;
    }
}
