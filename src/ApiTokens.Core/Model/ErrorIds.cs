namespace ApiTokens;

/// <summary>
/// The ids of errors, for scripts that tell them apart: stable, and never the message. Beside them there are the names of
/// <see cref="ErrorKind"/>, for what a service refused, and <c>Invalid</c> with a parameter's name, for what was refused
/// before any request.
/// </summary>
public static class ErrorIds
{
    /// <summary>An id or a new token could belong to several connections: name one.</summary>
    public const string AmbiguousConnection = "AmbiguousConnection";

    /// <summary>A name fits several tokens; the message lists their ids. Nothing was done.</summary>
    public const string AmbiguousName = "AmbiguousName";

    /// <summary>The input is every token, and there is nobody to ask whether that is intended. Nothing was done.</summary>
    public const string ConfirmationNeeded = "ConfirmationNeeded";

    /// <summary>A token belongs to another account than the connection that was named for it.</summary>
    public const string ConnectionMismatch = "ConnectionMismatch";

    /// <summary>There is no such connection in this runspace, or none at all.</summary>
    public const string ConnectionNotFound = "ConnectionNotFound";

    /// <summary>A token is in the input more than once, and a run resets it once. Nothing was done the second time.</summary>
    public const string DuplicateToken = "DuplicateToken";

    /// <summary>The file is not a journal, or it belongs to another operation or account.</summary>
    public const string JournalMismatch = "JournalMismatch";

    /// <summary>There is no such journal.</summary>
    public const string JournalNotFound = "JournalNotFound";

    /// <summary>A journal cannot be opened: another run holds it, or the file cannot be written.</summary>
    public const string JournalNotOpened = "JournalNotOpened";

    /// <summary>A line of a journal could not be written, as on a full disk: the run ends, as what it did later would be known to nobody.</summary>
    public const string JournalNotWritten = "JournalNotWritten";

    /// <summary>A text cannot be a secret of the service.</summary>
    public const string NoSecret = "NoSecret";

    /// <summary>A pipeline brought no token to test.</summary>
    public const string NothingTested = "NothingTested";

    /// <summary>The service has no such operation; nothing was sent.</summary>
    public const string OperationNotSupported = "OperationNotSupported";

    /// <summary>A token exists, or may exist, whose secret nobody has. The error's target is the token.</summary>
    public const string OrphanedToken = "OrphanedToken";

    /// <summary>A leaked secret is the one that a connection is using, and no token is listed for it.</summary>
    public const string OwnCredentialLeaked = "OwnCredentialLeaked";

    /// <summary>The connection itself uses the token, and the change was not forced.</summary>
    public const string OwnTokenProtected = "OwnTokenProtected";

    /// <summary>A rotation ended well but for its last step: the predecessor could not be disabled.</summary>
    public const string PredecessorNotDisabled = "PredecessorNotDisabled";

    /// <summary>A rotation ended well but for its last step: the predecessor could not be removed.</summary>
    public const string PredecessorNotRemoved = "PredecessorNotRemoved";

    /// <summary>A report would replace a file, and existing files are to be kept.</summary>
    public const string ReportExists = "ReportExists";

    /// <summary>There is no folder for a report.</summary>
    public const string ReportFolderNotFound = "ReportFolderNotFound";

    /// <summary>A report could not be written.</summary>
    public const string ReportNotWritten = "ReportNotWritten";

    /// <summary>The sandbox did not start, or what it needs is missing.</summary>
    public const string SandboxNotStarted = "SandboxNotStarted";

    /// <summary>A file or a vault's entry is there already, and belongs to something else.</summary>
    public const string SecretExists = "SecretExists";

    /// <summary>A vault needs the module Microsoft.PowerShell.SecretManagement.</summary>
    public const string SecretManagementNotFound = "SecretManagementNotFound";

    /// <summary>A leaked text belongs to no token that was found.</summary>
    public const string SecretNotAttributed = "SecretNotAttributed";

    /// <summary>A secret could not be saved. It is not lost: the token with it is in the pipeline and is the error's target.</summary>
    public const string SecretNotSaved = "SecretNotSaved";

    /// <summary>The service does not show the secret to this connection.</summary>
    public const string SecretNotShown = "SecretNotShown";

    /// <summary>Two tokens of one run would have their secrets in the same place.</summary>
    public const string SecretPlaceTaken = "SecretPlaceTaken";

    /// <summary>A secret that was just issued is refused by its service.</summary>
    public const string SecretRefused = "SecretRefused";

    /// <summary>A predecessor has fallen due, and nothing that works has taken its place.</summary>
    public const string SuccessorNotActive = "SuccessorNotActive";

    /// <summary>It could not be found out whether a successor's secret works; the predecessor was left.</summary>
    public const string SuccessorNotProved = "SuccessorNotProved";

    /// <summary>A successor's secret is refused; the predecessor was left.</summary>
    public const string SuccessorRefused = "SuccessorRefused";

    /// <summary>The token is disabled, and a reset would issue an enabled one.</summary>
    public const string TokenInactive = "TokenInactive";

    /// <summary>The account has no room for another token.</summary>
    public const string TokenLimitReached = "TokenLimitReached";

    /// <summary>The token is revoked for good.</summary>
    public const string TokenRevoked = "TokenRevoked";

    /// <summary>A bug in ApiTokens.</summary>
    public const string UnexpectedError = "UnexpectedError";

    /// <summary>The service answered with a redirect, which is never followed.</summary>
    public const string UnexpectedRedirect = "UnexpectedRedirect";

    /// <summary>There is no such vault, or it cannot be used.</summary>
    public const string VaultNotFound = "VaultNotFound";

    /// <summary>A vault says that it cannot be used now.</summary>
    public const string VaultNotReady = "VaultNotReady";

    /// <summary>A wildcard that fits every token was given where one is named. Nothing was sent.</summary>
    public const string WildcardNotAllowed = "WildcardNotAllowed";
}
