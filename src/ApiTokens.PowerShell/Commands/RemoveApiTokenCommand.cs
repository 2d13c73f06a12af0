using System.Management.Automation;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Display;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Removes tokens permanently, or revokes them, as some services call it.</summary>
[Cmdlet(VerbsCommon.Remove, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    DefaultParameterSetName = TokenSet)]
[Alias("Revoke-ApiToken")]
[OutputType(typeof(ApiToken))]
public sealed partial class RemoveApiTokenCommand : TokenCmdlet
{
    private const string AllSet = "All";
    private const string DueSet = "Due";

    /// <summary>With -All: the user whom the tokens act for.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllSet, HelpMessage = "Specifies the user whose tokens are removed.")]
    [Alias("Owner")]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string User { get; set; } = string.Empty;

    /// <summary>Removes all tokens of -User, with one request if the service supports that.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = AllSet,
        HelpMessage = "Removes all tokens of -User on the connections: with one request if the service supports it (Application Users), "
            + "otherwise one by one.")]
    public SwitchParameter All { get; set; }

    /// <summary>
    /// The time after which the tokens are due to be removed: a TimeSpan, or 7d, 12h, 30m. Until then, they work. The journal records it,
    /// -Due removes them, and Enable-ApiToken with the same journal cancels that.
    /// </summary>
    [Parameter(ParameterSetName = TokenSet, HelpMessage = "Specifies the time after which the tokens are due to be removed.")]
    [DurationTransformation]
    [ArgumentCompleter(typeof(PeriodCompleter))]
    public TimeSpan? After { get; set; }

    /// <summary>
    /// Retires the tokens that are due according to -JournalPath: old tokens of Reset-ApiToken -GracePeriod, and tokens of
    /// Disable-ApiToken -RemoveAfter and -After.
    /// </summary>
    [Parameter(
        Mandatory = true, ParameterSetName = DueSet,
        HelpMessage = "Retires the tokens that are due according to -JournalPath: old tokens of Reset-ApiToken -GracePeriod, which are "
            + "removed, or disabled as specified by -Predecessor, and tokens of Disable-ApiToken -RemoveAfter and -After.")]
    public SwitchParameter Due { get; set; }

    /// <summary>With -Due and -WhatIf: the time for which to show what is due; now by default.</summary>
    [Parameter(ParameterSetName = DueSet, HelpMessage = "Shows, with -WhatIf, what is due at this time.")]
    [DateTimeTransformation]
    [ArgumentCompleter(typeof(DateCompleter))]
    public DateTimeOffset? AsOf { get; set; }

    /// <summary>
    /// A script block that verifies the token that replaces an old one where it is used: it gets that token in $_. If it throws or returns
    /// $false, the old token is kept, and is still due.
    /// </summary>
    [Parameter(
        ParameterSetName = DueSet,
        HelpMessage = "Specifies a script block that verifies the token that replaces an old one, before the old one is retired.")]
    public ScriptBlock? Verify { get; set; }

    /// <summary>
    /// Also removes the token that the connection itself uses, and with -Due a token whose name differs from the journal's. With -Due, a
    /// token that no longer exists counts as removed.
    /// </summary>
    [Parameter(HelpMessage = "Also removes the token that the connection itself uses.")]
    public SwitchParameter Force { get; set; }

    /// <summary>Also removes tokens that Find-ApiToken returned without proof (MatchedBy is Form, Claims or Masked) unasked.</summary>
    [Parameter(
        ParameterSetName = TokenSet,
        HelpMessage = "Also removes tokens that Find-ApiToken returned without proof (MatchedBy is Form, Claims or Masked), without a "
            + "prompt.")]
    public SwitchParameter AllowUnproven { get; set; }

    internal override bool AsksForUnproven => !AllowUnproven;

    internal override string Action => After is { } after ? StageText.Of(base.Action, after) : base.Action;

    internal override bool ProtectsOwnToken => !Force;

    internal override string OperationName => JournalOperations.Remove;

    internal override string JournalOperation => ParameterSetName == DueSet ? JournalOperations.Retire : OperationName;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RequireJournalFor(nameof(After), After);
        if (ParameterSetName == DueSet && JournalPath is null)
        {
            FailTerminating(
                ApiTokenException.InvalidParameter(
                    "Due", "it requires -JournalPath.",
                    "Specify the journal of Reset-ApiToken -GracePeriod, Disable-ApiToken -RemoveAfter or Remove-ApiToken -After, which "
                        + "records the tokens that are due."),
                null);
        }

        if (AsOf is not null && !IsWhatIf)
        {
            FailTerminating(
                ApiTokenException.InvalidParameter(
                    nameof(AsOf), "it requires -WhatIf, because a token must not be retired before it is due.", "Add -WhatIf, or omit it."),
                AsOf);
        }

        // A wrong path must not look like a journal without due tokens.
        if (ParameterSetName == DueSet && !JournalExists(JournalPath!))
        {
            FailTerminating(
                new ApiTokenException(
                    ErrorKind.ObjectNotFound,
                    $"-JournalPath: the journal '{JournalPath}' does not exist.",
                    "Specify the journal of Reset-ApiToken -GracePeriod, Disable-ApiToken -RemoveAfter or Remove-ApiToken -After.",
                    ErrorIds.JournalNotFound),
                JournalPath);
        }

        base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == TokenSet)
        {
            base.ProcessRecord();
            return;
        }

        if (ParameterSetName == DueSet)
        {
            RetireDue(Retirements!, AsOf ?? Clock.UtcNow);
            return;
        }

        foreach (TokenConnection connection in ResolveConnections(Connection))
        {
            try
            {
                RemoveAllOfUser(connection);
            }
            catch (ApiTokenException e)
            {
                Fail(e, connection);
            }
        }
    }

    internal override Operation CreateOperation(TokenConnection connection, ApiToken token, object target) =>
        new RemoveOperation(connection, token) { Target = target, ReturnsToken = PassThru, AllowOwnToken = Force, After = After };

    // If the removal fails, the next list has the token again.
    internal override void OnQueued(ApiToken token)
    {
        if (After is null)
        {
            Connections.Listed.Remove(token);
        }
    }

    private void RemoveAllOfUser(TokenConnection connection)
    {
        if (!connection.Capabilities.RemoveAll)
        {
            var filter = new TokenFilter { Users = [NamePattern.Literal(User!)] };
            foreach (ApiToken token in Enumerate(cancellationToken => connection.Tokens.List(filter, cancellationToken)))
            {
                Submit(connection, token, token);
            }
        }
        else if (Confirm($"all tokens of '{User}' on {Describe(connection)}", "Remove API tokens"))
        {
            Queue(new RemoveAllOperation(connection, User) { ReturnsToken = PassThru });
        }
    }
}
